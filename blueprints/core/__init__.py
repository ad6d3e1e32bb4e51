"""What all pages share: the gate, forms and fields, errors, navigation, templating, answers."""
