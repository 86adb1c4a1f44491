package people

import (
	"fmt"

	"quanxi/grid"
)

// Slots is how many towns can have numbers of their own.
const Slots = 2000

// Numbers gives out the ID numbers and phones of one town. Towns with different
// slots never give out the same. It is not safe for concurrent use.
type Numbers struct {
	slot   int
	day    map[int32]int // people of one sex born on a day, so far
	phones int
}

// NewNumbers returns the numbers of a slot in 0 … Slots-1.
func NewNumbers(slot int) *Numbers {
	return &Numbers{slot: slot, day: map[int32]int{}}
}

// perDay is how many of one sex, born on one day, a slot has numbers for.
const perDay = 25

// ID returns the next ID number (GB 11643) for a birthday and sex. Its area
// 990000–990099 was never issued, its check character is right. If the day is
// used up, it returns false and the caller moves the birthday.
func (n *Numbers) ID(born grid.Date, male bool) (string, bool) {
	key := int32(born) * 2
	odd := 0
	if male {
		key, odd = key+1, 1
	}
	at := n.day[key]
	if at >= perDay {
		return "", false
	}
	n.day[key]++
	order := n.slot/100*2*perDay + 2*at + odd
	body := fmt.Sprintf("9900%02d%08d%03d", n.slot%100, int32(born), order)
	return body + string(IDCheck(body)), true
}

// IDCheck returns the check character of the first 17 digits of an ID number.
func IDCheck(body string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(body[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// Phone returns the next phone number: eleven digits that begin with 103 or
// 104, which no mobile has and no short service number is.
func (n *Numbers) Phone() string {
	n.phones++
	// The multiplier shares no factor with 100,000, so numbers do not repeat.
	return fmt.Sprintf("10%04d%05d", 3000+n.slot, (n.phones*76_543+n.slot*7)%100_000)
}

const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// Credit returns a unified social credit code (GB 32100) of the never-issued
// area, with both check characters right. Kind is the first two characters, such
// as 91 for an enterprise, 92 for a shop, 12 for a public institution.
func Credit(kind string, slot, seq int) string {
	org := fmt.Sprintf("%04d%04X", slot, seq%0x10000)
	org = fmt.Sprintf("%.8s", org)
	body := fmt.Sprintf("%s9900%02d%s%c", kind, slot%100, org, orgCheck(org))
	return body + string(CreditCheck(body))
}

// orgCheck is the check character of an organisation code (GB 11714).
func orgCheck(org string) byte {
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * digit36(org[i])
	}
	switch c := 11 - sum%11; c {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return byte('0' + c)
	}
}

func digit36(c byte) int {
	if c >= 'A' {
		return int(c-'A') + 10
	}
	return int(c - '0')
}

// CreditCheck returns the check character of the first 17 of a credit code.
func CreditCheck(body string) byte {
	sum, weight := 0, 1
	for i := range 17 {
		at := 0
		for at < len(creditAlphabet) && creditAlphabet[at] != body[i] {
			at++
		}
		sum += at * weight
		weight = weight * 3 % 31
	}
	return creditAlphabet[(31-sum%31)%31]
}
