"""The web kit that rooms' views share: guards, the unit of work of a request, forms, navigation, paging, errors, live updates."""
