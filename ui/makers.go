package ui

import (
	"podium/models"
	"podium/models/command"
	"podium/models/editor"
	"podium/models/terminal"
)

func newTerminal(r *root, msg models.ExecMsg) models.Screen { return terminal.New(r.env, msg) }

func newCommand(r *root, msg models.CommandMsg) models.Screen { return command.New(r.env, msg) }

func newEditor(r *root, msg models.EditMsg) models.Screen { return editor.New(r.env, msg) }
