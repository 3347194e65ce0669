package models

import (
	"strconv"
	"time"
)

// Age is a duration in at most two units, as kubectl writes ages: 90s, 5m30s,
// 3d4h. One that lies in the future, by a clock that is off, counts as 0s.
func Age(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	m, h, days := s/60, s/3600, s/86400
	switch {
	case s < 120:
		return strconv.Itoa(s) + "s"
	case m < 10:
		return units(m, "m", s%60, "s")
	case h < 3:
		return strconv.Itoa(m) + "m"
	case h < 8:
		return units(h, "h", m%60, "m")
	case h < 48:
		return strconv.Itoa(h) + "h"
	case days < 8:
		return units(days, "d", h%24, "h")
	case days < 730:
		return strconv.Itoa(days) + "d"
	case days < 8*365:
		return units(days/365, "y", days%365, "d")
	}
	return strconv.Itoa(days/365) + "y"
}

// AgeSince is the Age from t to now, "<unknown>" of the zero time.
func AgeSince(t, now time.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return Age(now.Sub(t))
}

func units(a int, unit string, b int, small string) string {
	out := strconv.Itoa(a) + unit
	if b != 0 {
		out += strconv.Itoa(b) + small
	}
	return out
}

// Thousands is a number with its digits in groups: 12,000.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// Count is a number with its noun: "1 pod", "12,000 pods".
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return Thousands(n) + " " + noun
}
