"""Rules, parameters, codes and schemes: loaded from text files, resolved for a scheme, place and date, frozen by hash."""
