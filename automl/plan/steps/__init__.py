"""Steps from columns of numbers to further ones, one file each: how compiled, and how computed."""
