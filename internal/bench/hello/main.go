// Command hello is the smallest full-screen Bubble Tea program: what every
// figure of podium that passes through the renderer is compared with. It shows
// a word, a count of the keys it got, and ends on q.
package main

import (
	"fmt"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
)

type hello struct {
	cols, rows, keys int
}

func (hello) Init() tea.Cmd { return nil }

func (h hello) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		h.cols, h.rows = msg.Width, msg.Height
	case tea.KeyPressMsg:
		if msg.String() == "q" {
			return h, tea.Quit
		}
		h.keys++
	}
	return h, nil
}

func (h hello) View() tea.View {
	v := tea.NewView(fmt.Sprintf("hello %d", h.keys) + strings.Repeat("\n", max(h.rows-1, 0)))
	v.AltScreen = true
	return v
}

func main() {
	if _, err := tea.NewProgram(hello{}).Run(); err != nil {
		fmt.Fprintln(os.Stderr, "hello:", err)
		os.Exit(1)
	}
}
