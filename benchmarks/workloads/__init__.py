"""What is measured: each module asks for the same work from our code and from a floor, and answers with findings."""
