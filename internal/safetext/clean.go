package safetext

import "github.com/charmbracelet/x/ansi"

const noLimit = 1 << 30

func line(s string, max int, _ bool) string { return ansi.Truncate(ansi.Strip(s), max, "…") }
func block(s string, _, max int) []string   { return []string{line(s, max, false)} }
func width(s string) int                    { return ansi.StringWidth(s) }
func truncate(s string, max int) string     { return ansi.Truncate(s, max, "…") }
func fit(s string, w int, _ bool) string    { return truncate(s, w) }
func cut(s string, left, w int) string      { return ansi.Cut(s, left, left+w) }
