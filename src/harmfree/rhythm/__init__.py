"""ECG: reading, beats, quality, atrial fibrillation."""
