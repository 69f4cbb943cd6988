"""Documents to print: PDF made by reportlab, readable in black and white."""
