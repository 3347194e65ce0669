// Package spelling guesses which word of a few somebody meant, for "did you
// mean" in messages.
package spelling

import "strings"

// longest is the length in bytes up to which words are compared: what is longer
// is no slip.
const longest = 64

// Closest returns the candidate that word was probably meant to be: one that is
// the same but for case, or a third of its letters. It returns "" when none is
// near, and never word itself. Safe for concurrent use.
func Closest(word string, candidates []string) string {
	if word == "" || len(word) > longest {
		return ""
	}
	best, bestDistance := "", 1+max(1, len(word)/3)
	lower := strings.ToLower(word)
	for _, c := range candidates {
		if c == "" || c == word {
			continue
		}
		candidate := strings.ToLower(c)
		d := 0
		if candidate != lower {
			d = Distance(lower, candidate)
		}
		if d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// Distance is the number of insertions, deletions, replacements and swaps of
// neighbours between two words (optimal string alignment), counted in runes.
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, above := make([]int, len(y)+1), make([]int, len(y)+1)
	row := make([]int, len(y)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(y)]
}
