"""What a telephone exchange needs to speak with KCC: the signature, and a bridge for Kamailio that is also the example."""
