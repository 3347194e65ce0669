package models

import "time"

// SettingTable is every key of the configuration file but theme definitions and
// key bindings, in the order in which they are documented. The decoder, the
// defaults, the JSON schema, docs/configuration.md and the environment variables
// (PODIUM_ and the key in capitals, other signs as _) all come from it. The caller
// owns the slice.
func SettingTable() []Setting {
	return []Setting{
		word("look.theme-dark", "The theme on a dark background.", "dark", func(s *Settings) *string { return &s.ThemeDark }),
		word("look.theme-light", "The theme on a light background.", "light", func(s *Settings) *string { return &s.ThemeLight }),
		word("look.background", "Whether the terminal's background is dark or light; auto asks the terminal and follows its changes.",
			Auto, func(s *Settings) *string { return &s.Background }, Auto, BackgroundDark, BackgroundLight),
		word("look.ascii", "Draw with ASCII signs only; auto does where the locale (LC_ALL, LC_CTYPE, LANG) is said to be another than UTF-8, and on the Linux console.",
			Auto, func(s *Settings) *string { return &s.ASCII }, Auto, On, Off),
		flag("look.mouse", "Take clicks and the wheel. Without it the terminal's own selection works as usual.",
			true, func(s *Settings) *bool { return &s.Mouse }),

		list("list.columns", "The columns of the list of pods by name, in their order: namespace, name, ready, status, restarts, age, ip, node, "+
			"image, owner, labels, and label:KEY for the value of one label. With :wide behind it a column shows in the wide list only. "+
			"An empty list means the usual ones. What is chosen in the dashboard holds until this is changed.",
			nil, func(s *Settings) *[]string { return &s.ListColumns }),
		flag("list.wide", "Begin with the wide list.", false, func(s *Settings) *bool { return &s.ListWide }),
		word("list.sort", "The column that the list is sorted by at first.", "name", func(s *Settings) *string { return &s.ListSort },
			"name", "age", "status", "ready", "restarts", "ip", "node", "image", "owner", "namespace"),
		span("list.highlight", "How long a changed cell stands out.",
			2*time.Second, func(s *Settings) *time.Duration { return &s.ListHighlight }, 100*time.Millisecond, time.Minute, "not at all"),
		span("list.poll-interval", "The time between two lists where the endpoint has no watch. It grows by itself while lists are slow.",
			2*time.Second, func(s *Settings) *time.Duration { return &s.PollInterval }, 500*time.Millisecond, time.Hour, ""),

		list("contexts.read-only", "Contexts in which nothing may be changed, by their name, full name or address, * for all: not in the dashboard, where they cannot be unlocked, "+
			"and not by podium create, delete and exec.",
			nil, func(s *Settings) *[]string { return &s.ReadOnly }),

		span("delete.undo-window", "How long a delete can be taken back before anything is sent.",
			5*time.Second, func(s *Settings) *time.Duration { return &s.UndoWindow }, 100*time.Millisecond, 10*time.Minute, "sent at once"),
		number("delete.parallel", "How many deletes are under way at a time.",
			8, func(s *Settings) *int { return &s.DeleteParallel }, 1, 64),

		word("confirm.quit", "When quitting asks first: when something would end with it (running), always or never.",
			QuitRunning, func(s *Settings) *string { return &s.ConfirmQuit }, QuitRunning, QuitAlways, QuitNever),
		flag("confirm.close", "Ask before a terminal is closed in which something runs.", true, func(s *Settings) *bool { return &s.ConfirmClose }),
		flag("confirm.paste", "Ask before several lines are pasted into a program that did not ask for bracketed paste, which may run each.",
			true, func(s *Settings) *bool { return &s.ConfirmPaste }),

		span("notify.after", "Work that took at least as long is told of by the terminal (OSC 9) when it ends while the window has not the focus.",
			10*time.Second, func(s *Settings) *time.Duration { return &s.NotifyAfter }, time.Second, 24*time.Hour, "never"),

		word("editor.command", "Your own editor with its arguments, in place of $VISUAL and $EDITOR.",
			"", func(s *Settings) *string { return &s.EditorCommand }),
		word("editor.templates", "The folder of your own templates for new pods; empty means podium/templates in the XDG configuration folder.",
			"", func(s *Settings) *string { return &s.TemplatesFolder }),

		size("terminal.scrollback", "How much memory the lines of one terminal may take that have scrolled out of view.",
			8<<20, func(s *Settings) *int64 { return &s.Scrollback }, 64<<10, 1<<30),
		list("terminal.shells", "The shells that are tried in a container, in their order.",
			[]string{"bash", "ash", "sh"}, func(s *Settings) *[]string { return &s.Shells }),
		span("terminal.keep-alive", "How often the server is asked whether the command of a silent terminal still runs (exec inspect), so that a dead connection is told from a silent program. One small request each time; nothing is sent on the terminal's own connection, which carries only what is typed. Meant for servers that answer it, as podium's do.",
			0, func(s *Settings) *time.Duration { return &s.KeepAlive }, time.Second, time.Hour, "never"),
		span("terminal.quiet-after", "A terminal's connection without a byte for so long after a key is told of.",
			12*time.Second, func(s *Settings) *time.Duration { return &s.QuietAfter }, time.Second, time.Hour, "never"),
		span("terminal.leader-delay", "How long the leader's menu waits for somebody who knows the keys.",
			250*time.Millisecond, func(s *Settings) *time.Duration { return &s.LeaderDelay }, 10*time.Millisecond, 10*time.Second, "drawn at once"),
		flag("terminal.allow-clipboard", "Let programs in pods write your clipboard (OSC 52).",
			false, func(s *Settings) *bool { return &s.AllowClipboard }),

		number("command.parallel", "In how many pods a command runs at a time.",
			8, func(s *Settings) *int { return &s.CommandParallel }, 1, 256),
		size("command.ring", "How much of each output stream of a command is kept in memory.",
			16<<20, func(s *Settings) *int64 { return &s.CommandRing }, 64<<10, 1<<30),
		size("command.spill", "How much of a command's output is kept in a temporary file.",
			1<<30, func(s *Settings) *int64 { return &s.CommandSpill }, 1<<20, 1<<40),
		span("command.watch-interval", "The time between the runs of a command that is watched.",
			2*time.Second, func(s *Settings) *time.Duration { return &s.WatchInterval }, 100*time.Millisecond, 24*time.Hour, ""),
		snippets("command.snippets", "Command lines that are offered by name beside the history.",
			func(s *Settings) *[]Snippet { return &s.Snippets }),

		number("logs.lines", "How many lines of a log are kept.",
			20_000, func(s *Settings) *int { return &s.LogLines }, 100, 10_000_000),
		flag("logs.times", "Begin with time stamps.", false, func(s *Settings) *bool { return &s.LogTimes }),
		flag("logs.wrap", "Begin with long lines wrapped.", false, func(s *Settings) *bool { return &s.LogWrap }),
	}
}

func flag(key, doc string, def bool, field func(*Settings) *bool) Setting {
	return Setting{Key: key, Doc: doc, Default: &def, Field: func(s *Settings) any { return field(s) }}
}

func number(key, doc string, def int, field func(*Settings) *int, least, most int) Setting {
	return Setting{
		Key: key, Doc: doc, Default: &def, Min: int64(least), Max: int64(most),
		Field: func(s *Settings) any { return field(s) },
	}
}

// size is a number of bytes.
func size(key, doc string, def int64, field func(*Settings) *int64, least, most int64) Setting {
	return Setting{
		Key: key, Doc: doc, Default: &def, Min: least, Max: most,
		Field: func(s *Settings) any { return field(s) },
	}
}

// span is a duration; zero says what 0 means, "" where it is not allowed.
func span(key, doc string, def time.Duration, field func(*Settings) *time.Duration, least, most time.Duration, zero string) Setting {
	return Setting{
		Key: key, Doc: doc, Default: &def, Min: int64(least), Max: int64(most), Zero: zero,
		Field: func(s *Settings) any { return field(s) },
	}
}

// word is a text, one of words where there are any.
func word(key, doc, def string, field func(*Settings) *string, words ...string) Setting {
	return Setting{
		Key: key, Doc: doc, Default: &def, Words: words,
		Field: func(s *Settings) any { return field(s) },
	}
}

func list(key, doc string, def []string, field func(*Settings) *[]string) Setting {
	return Setting{Key: key, Doc: doc, Default: &def, Field: func(s *Settings) any { return field(s) }}
}

func snippets(key, doc string, field func(*Settings) *[]Snippet) Setting {
	return Setting{Key: key, Doc: doc, Default: &[]Snippet{}, Field: func(s *Settings) any { return field(s) }}
}
