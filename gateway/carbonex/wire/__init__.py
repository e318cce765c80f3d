"""What goes over the wire: structs, codecs, error numbers, money, login.

The gateway and the SDK share this package, so that neither can misread the other.
"""
