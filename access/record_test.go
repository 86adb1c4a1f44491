package access_test

import (
	"errors"
	"fmt"
	"testing"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
)

// A name that breaks a line, or turns the writing around, would be another's on a screen or in
// a file.
func TestANameHoldsNothingUnseen(t *testing.T) {
	d := newDesk(t)
	ours, _ := d.furnish(t)
	for _, tt := range []struct {
		name, field, value string
		refused            bool
	}{
		{"a name", "name", "买买提·艾力", false},
		{"a name of two lines", "name", "a\r\nX: y", true},
		{"a name that turns what follows around", "name", "a\u202eb", true},
		{"a phone that hides a mark", "phone", "19900001234\u200e", true},
	} {
		body := fmt.Appendf(nil, `{"dwelling":%d,"household":%d,"residence":"both",%q:%q}`, ours[grid.Dwellings], ours[grid.Households], tt.field, tt.value)
		_, err := d.as(role.Post{Role: "community-staff", Area: ourGrid[:12]}).Create(t.Context(), grid.People, body, access.Origin{})
		var field *grid.FieldError
		if errors.As(err, &field) != tt.refused || tt.refused && field.Field != tt.field {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
