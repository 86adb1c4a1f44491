package exchange

import "testing"

// A column that may not be held fills no field: rows are read by these names alone.
func TestNoFieldIsFilledByARefusedColumn(t *testing.T) {
	for kind, fields := range synonyms {
		for field, columns := range fields {
			for _, c := range columns {
				if aboutPeople(kind) && Refused(c) {
					t.Errorf("%s of %s is read from %s", field, kind, c)
				}
			}
		}
	}
}
