"""Score to audio: sampled instruments and synth voices, the mix, the master, and WAV files."""
