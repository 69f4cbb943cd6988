"""Everything a clinic owns as plain tables that a spreadsheet or a statistics program reads."""
