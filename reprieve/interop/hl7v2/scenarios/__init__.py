"""What the simulated bedside monitor can be made to do, one file each."""
