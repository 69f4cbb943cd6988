"""HL7 version 2: hears bedside monitors over MLLP and says what would be charted, and why not."""
