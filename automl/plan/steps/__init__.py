"""Steps from columns of numbers to further ones, one file each: how it is compiled, and how it is computed."""
