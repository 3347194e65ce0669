package terminal

import "podium/models"

// mayStart tells whether something may be started here, and says so if not: the
// context may have been made read-only while the screen was open.
func (m *Model) mayStart() bool {
	if m.env.ReadOnly {
		m.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Text: "This endpoint is open read-only: no shell can be opened"})
	}
	return !m.env.ReadOnly
}
