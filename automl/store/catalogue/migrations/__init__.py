"""The steps that brought the catalogue's tables to where they are; see `automl.store.catalogue.upgrade`."""
