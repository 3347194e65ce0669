// Package syntax colours text a line at a time, as the editor and the text view
// want it.
package syntax

import "podium/themes"

// YAML finds the spans of a line of YAML. state is what the line before returned,
// 0 for the first. JSON is close enough to YAML to be coloured by it too.
func YAML(line string, state uint64) (spans []themes.Span, next uint64) { return nil, 0 }
