package grid

import (
	"fmt"
	"time"
)

// A Date is a day as the number yyyymmdd; zero means not known or open. As a
// number it fits any store and sorts by time. What is shown of a day that is masked is its
// year, yyyy0000, which is no day of the calendar and so is never taken in.
type Date int32

// DateOf returns the day of t in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date(y*10000 + int(m)*100 + d)
}

// OnlyYear returns the year alone, zero of zero.
func (d Date) OnlyYear() Date { return d / 10000 * 10000 }

// Valid reports whether d is zero or a day of the calendar.
func (d Date) Valid() bool {
	if d == 0 {
		return true
	}
	y, m, day := int(d)/10000, time.Month(int(d)/100%100), int(d)%100
	t := time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
	return y >= 1800 && t.Month() == m && t.Day() == day
}

// Years returns the number of whole years from d to on, and -1 if d is zero.
func (d Date) Years(on Date) int {
	if d == 0 {
		return -1
	}
	return int(on-d) / 10000
}

// String returns yyyy-mm-dd, yyyy for a year alone, or the empty string for zero.
func (d Date) String() string {
	switch d {
	case 0:
		return ""
	case d.OnlyYear():
		return fmt.Sprintf("%04d", d/10000)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d/10000, d/100%100, d%100)
}

// MarshalText writes the day as String says it.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads yyyy-mm-dd, or the empty string as zero.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("date: want yyyy-mm-dd: %w", ErrInvalid)
	}
	*d = DateOf(t)
	return nil
}
