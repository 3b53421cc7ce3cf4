"""Pictures of music for a model's eyes: few colours, large letters, axes in bars and decibels; PNG bytes come out."""
