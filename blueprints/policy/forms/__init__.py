"""The forms in which the draft of the policy is edited, one for each of its sections."""
