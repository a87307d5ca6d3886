"""The parts of the generator of the shipped example book `sample-city`; tools/sample_city.py puts them together."""
