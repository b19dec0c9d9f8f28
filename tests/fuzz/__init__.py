"""A program that sends bad input to every entrance and looks whether it is refused well: `make fuzz`."""
