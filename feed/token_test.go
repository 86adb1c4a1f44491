package feed_test

import (
	"errors"
	"strings"
	"testing"

	"quanxi/feed"
)

func TestTokensOpenOnlyForWhomTheyWereSealed(t *testing.T) {
	s, other := feed.NewSealer([]byte("secret of this city")), feed.NewSealer([]byte("another"))
	cursor, mark := feed.Cursor{Epoch: "firstepoch", Pos: 42}, feed.Mark{Epoch: "e1", Mark: 42}
	token := string(s.SealCursor(nil, cursor, "何大勇"))
	for _, tt := range []struct {
		name    string
		sealer  *feed.Sealer
		token   string
		account string
		ok      bool
	}{
		{"its own account", s, token, "何大勇", true},
		{"another node with the same secret", feed.NewSealer([]byte("secret of this city")), token, "何大勇", true},
		{"another account", s, token, "罗小燕", false},
		{"another installation", other, token, "何大勇", false},
		{"a mark is no cursor", s, s.SealMark(mark), "", false},
		{"cut short", s, token[:len(token)-3], "何大勇", false},
		{"empty", s, "", "何大勇", false},
		{"no base64", s, "!!" + token, "何大勇", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.sealer.OpenCursor(tt.token, tt.account)
			if tt.ok && (err != nil || got != cursor) || !tt.ok && !errors.Is(err, feed.ErrToken) {
				t.Errorf("OpenCursor = %+v, %v", got, err)
			}
		})
	}
	if got, err := s.OpenMark(s.SealMark(mark)); err != nil || got != mark {
		t.Errorf("OpenMark = %+v, %v", got, err)
	}
	if again := string(s.SealCursor(nil, cursor, "何大勇")); again == token || strings.Contains(token, "firstepoch") {
		t.Error("a cursor shows what is in it")
	}
}
