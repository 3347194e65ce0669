// Package safetext makes text from outside harmless to draw: names, labels, logs
// and errors may hold control sequences, direction overrides and invisible
// characters, and none of them may reach the terminal. It also measures, cuts and
// pads text in terminal cells.
//
// What it returns is as wide under wcwidth as under grapheme clusters (mode
// 2027), so that a line drawn by hand fits whichever of the two the terminal and
// the renderer agreed on. It styles nothing.
package safetext

// Line returns s as one line of at most limit cells, harmless to draw: controls
// and escape as pictures ("␛"), invisible and bidirectional controls as "<U+202E>",
// bytes that are not UTF-8 as "�", tabs as spaces up to the next multiple of 8.
// What does not fit is replaced by "…". Only the beginning of s that can be shown
// is looked at, so a long s costs no more than a short one. limit below 1 gives "".
func Line(s string, limit int) string { return line(s, limit, false) }

// Clean is Line without a limit on the width.
func Clean(s string) string { return line(s, noLimit, false) }

// CleanSGR is Clean for text that may bring its own colours: well-formed SGR
// sequences ("\x1b[…m") are kept, the look is reset at the end of the line if any
// was, other escape sequences are left out as a whole.
func CleanSGR(s string) string { return line(s, noLimit, true) }

// Block splits s at its line ends and returns at most maxLines of them, each as
// Line. When lines are left out, the last one returned is "…".
func Block(s string, maxLines, limit int) []string { return block(s, maxLines, limit) }

// Width is the number of cells that clean text takes; SGR sequences take none.
func Width(s string) int { return width(s) }

// Truncate cuts clean text to at most limit cells, ending in "…" when something
// was cut. SGR sequences in it are kept.
func Truncate(s string, limit int) string { return truncate(s, limit) }

// Fit makes clean text exactly w cells wide: cut as Truncate, or filled with
// spaces on the right.
func Fit(s string, w int) string { return fit(s, w, false) }

// FitRight is Fit with the spaces on the left.
func FitRight(s string, w int) string { return fit(s, w, true) }

// Cut returns the w cells of clean text from cell left on, without padding and
// without an ellipsis. A wide character that is cut in half becomes a space. SGR
// sequences before the window stay in force.
func Cut(s string, left, w int) string { return cut(s, left, w) }
