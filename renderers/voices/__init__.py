"""Our own synth voices: sounds that a General MIDI SoundFont does not have."""
