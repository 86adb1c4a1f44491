package grid

import "fmt"

// ParseIDNumber checks a citizen's ID number (GB 11643: 18 characters, a date, a
// check character) and returns the birthday and the sex it holds. The error
// wraps ErrInvalid and never repeats the number.
func ParseIDNumber(number string) (Date, Sex, error) {
	refuse := func(why string) (Date, Sex, error) { return 0, "", fmt.Errorf("%s: %w", why, ErrInvalid) }
	if len(number) != 18 {
		return refuse("an ID number has 18 characters")
	}
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		digit := int(number[i]) - '0'
		if digit < 0 || digit > 9 {
			return refuse("the first 17 characters must be digits")
		}
		sum += digit * weight
	}
	if number[17] != "10X98765432"[sum%11] {
		return refuse("the check character does not fit")
	}
	var born Date
	for _, c := range number[6:14] {
		born = born*10 + Date(c-'0')
	}
	if born == 0 || !born.Valid() {
		return refuse("the date of birth is not a day of the calendar")
	}
	if (number[16]-'0')%2 == 1 {
		return born, "m", nil
	}
	return born, "f", nil
}
