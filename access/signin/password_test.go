package signin_test

import (
	"errors"
	"strings"
	"testing"

	"quanxi/access/signin"
)

func TestCheckPassword(t *testing.T) {
	const fine signin.Reason = ""
	personal := []string{"zhangwei.hu3", "张伟", "Wei Zhang", "石井坡街道"}
	for _, tt := range []struct {
		name     string
		password string
		want     signin.Reason
	}{
		{"four words without a connection", "tiger mushroom lamp quay", fine},
		{"a sentence in Chinese", "竹外桃花三两枝春江水暖", fine},
		{"spaces, signs and emoji", "Lampe ✓ 木棉 und 🐢 Kies", fine},
		{"twelve random characters", "Xk9#vP2qLm7t", fine},
		{"nine random characters", "Xk9#vP2qL", signin.TooShort},
		{"nine Chinese characters are nine", "竹外桃花三两枝春江", signin.TooShort},
		{"no password", "", signin.TooShort},
		{"a page of text", strings.Repeat("竹外桃花三两枝", 20), signin.TooLong},
		{"256 bytes are still taken", strings.Repeat("Xk9#vP2qLm7tR4!z", 16), fine},
		{"bytes that are no text", "Xk9#vP2qLm\xff\xfe7t", signin.NotText},
		{"a line break that nobody can type", "Xk9#vP2q\nLm7t", signin.NotText},
		{"rows of keys", "1qaz2wsx3edc", signin.Guessable},
		{"the number row", "1234567890", signin.Guessable},
		{"I love you for ever", "woaini1314520", signin.Guessable},
		{"the same in characters", "我爱你我爱你我爱你一生一世", signin.Guessable},
		{"the same typed in full width", "ｗｏａｉｎｉ１３１４", signin.Guessable},
		{"a birthday", "1990-01-01", signin.Guessable},
		{"a birthday and a name", "wangli19871203", signin.Guessable},
		{"one's own name and year", "zhangwei1990", signin.Guessable},
		{"one's own name in characters", "张伟张伟张伟1990!", signin.Guessable},
		{"one's own login", "zhangwei.hu3!", signin.Guessable},
		{"one's own street", "石井坡街道石井坡街道!", signin.Guessable},
		{"a mobile phone", "13976205418", signin.Guessable},
		{"a mobile phone and initials", "zw13976205418", signin.Guessable},
		{"an ID number", "500106200409154427", signin.Guessable},
		{"an ID number that ends in X", "50010620040915442X", signin.Guessable},
		{"the product's name", "quanxi2024!!", signin.Guessable},
		{"the product's name in characters", "全息全息全息2024", signin.Guessable},
		{"the city and a year", "Chongqing@2024", signin.Guessable},
		{"the work and a year", "wanggeyuan2025", signin.Guessable},
		{"a common password with signs for letters", "P@ssw0rd2024", signin.Guessable},
		{"one character many times", "啊啊啊啊啊啊啊啊啊啊啊啊", signin.Guessable},
		{"two characters many times", "éàéàéàéàéàéàéà", signin.Guessable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := signin.CheckPassword(tt.password, personal...)
			var unfit *signin.Unfit
			if errors.As(err, &unfit) != (tt.want != fine) {
				t.Fatalf("CheckPassword = %v", err)
			}
			if err == nil {
				return
			}
			if unfit.Reason != tt.want || !errors.Is(err, signin.ErrUnfit) {
				t.Errorf("refused as %s, want %s", unfit.Reason, tt.want)
			}
			if tt.password != "" && strings.Contains(err.Error(), tt.password) || unfit.Advice() == "" {
				t.Errorf("the advice is %q", err)
			}
		})
	}
}

func TestPersonalTextsAreLeftAsTheyAre(t *testing.T) {
	personal := make([]string, 2, 8)
	personal[0], personal[1] = "zhangwei", "张伟"
	_ = signin.CheckPassword("tiger mushroom lamp quay", personal...)
	if spare := personal[:3][2]; spare != "" {
		t.Errorf("%q was written behind the caller's texts", spare)
	}
}

func FuzzCheckPassword(f *testing.F) {
	f.Add("woaini1314520", "张伟")
	f.Add("Xk9#vP2qLm\xff\xfe7t", "")
	f.Add(strings.Repeat("4@8({[<369&#1!1|70$5+7%2", 10), "a.b-c d")
	f.Fuzz(func(t *testing.T, password, personal string) {
		err := signin.CheckPassword(password, personal)
		if err == nil && (len(password) < 10 || len(password) > 256) {
			t.Errorf("%d bytes are taken", len(password))
		}
	})
}

func BenchmarkCheckPassword(b *testing.B) {
	for name, password := range map[string]string{
		"sentence": "tiger mushroom lamp quay",
		"worst":    strings.Repeat("4@8({[<369&#1!1|70$5+7%2", 10),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_ = signin.CheckPassword(password, "zhangwei", "张伟")
			}
		})
	}
}
