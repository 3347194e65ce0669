package ui

import (
	"slices"

	"podium/models"
	"podium/models/command"
	"podium/models/confirm"
	"podium/models/editor"
	"podium/models/external"
	"podium/models/inspect"
	"podium/models/logs"
	"podium/models/terminal"
)

// grantWishes grants what the screens wished for while they were updated.
func (r *root) grantWishes() {
	for len(r.wishes) > 0 {
		w := r.wishes[0]
		r.wishes = r.wishes[1:]
		if !r.grant(w) {
			r.broadcast(w.what)
		}
	}
}

// grant gives a screen what it wished for; false when the message is no wish.
// Which screen shows what is decided here and nowhere else.
func (r *root) grant(w wish) bool {
	switch msg := w.what.(type) {
	case models.BackMsg:
		r.grantBack(w.from, msg)
	case models.QuitMsg:
		if msg.Force {
			r.quitNow()
		} else {
			r.quit()
		}
	case models.ListMsg:
		r.home()
		r.list.Select(msg.Ref)
	case models.ColumnsMsg:
		r.show(&layer{screen: r.list.Chooser()})
	case models.InspectMsg:
		r.push(inspect.New(r.env, msg))
	case models.LogMsg:
		r.push(logs.New(r.env, msg))
	case models.ExecMsg:
		r.grantExec(w.from, msg)
	case models.CommandMsg:
		r.grantCommand(msg)
	case models.EditMsg:
		r.grantEdit(msg)
	case models.LocalEditMsg:
		r.keep(external.New(r.env, r.opts.Edit, msg))
	case models.PagerMsg:
		r.push(external.NewPager(r.env, r.opts.Page, msg))
	case models.DeleteMsg:
		r.grantDelete(msg)
	case models.ConfirmMsg:
		from := w.from
		if from == nil {
			from = r.top()
		}
		r.ask(from, msg)
	case confirm.AsideMsg:
		r.aside(msg.From)
	case confirm.FailedMsg:
		r.deletionFailed(msg.From)
	case confirm.AnswerMsg:
		r.answered(msg)
	case models.NoticeMsg:
		r.notify(msg)
	case models.CopyMsg:
		r.copyText(msg)
	case models.ClipboardMsg:
		r.readClipboard(msg.Asker)
	case models.SaveMsg:
		r.saveText(msg)
	case models.CopyAsMsg:
		r.grantCopyAs(msg)
	case models.JournalMsg:
		r.journal(msg.Entry)
	case models.FinishedMsg:
		r.finished(msg)
	case quitMsg:
		r.quitNow()
	case closeMsg:
		r.end(msg.screen)
	default:
		return r.grantPlace(msg)
	}
	return true
}

func (r *root) grantBack(from models.Screen, msg models.BackMsg) {
	switch {
	case msg.From != nil:
		r.back(msg.From)
	case from != nil:
		r.back(from)
	default:
		r.back(r.active())
	}
}

// answered closes a question and, on yes, gives the asker what it is to do.
func (r *root) answered(msg confirm.AnswerMsg) {
	i := r.layerOf(msg.From)
	if i < 0 {
		return
	}
	asker := r.layers[i].asker
	r.drop(msg.From)
	switch {
	case !msg.Yes || msg.Do == nil:
	case asker == nil:
		r.wish(msg.Do)
	default:
		r.update(asker, msg.Do)
	}
}

// dialogRest is how long after a dialog no delete dialog opens: keys typed
// ahead must not answer what nobody has read.
const dialogRest = confirm.Quiet

// grantDelete opens the delete dialog, with the sessions that would end.
func (r *root) grantDelete(msg models.DeleteMsg) {
	switch {
	case r.env.ReadOnly:
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: "This endpoint is open read-only: nothing can be deleted"})
	case len(msg.Rows)+len(msg.Hidden) == 0, r.grabbed(), len(r.layers) > 0, r.env.Now().Sub(r.dialogAt) < dialogRest:
	default:
		before := len(msg.Rows) + len(msg.Hidden)
		msg.Rows, msg.Hidden = r.notDoomed(msg.Rows), r.notDoomed(msg.Hidden)
		if before > 0 && len(msg.Rows)+len(msg.Hidden) == 0 {
			r.notify(models.NoticeMsg{Text: "It is about to be deleted already; " + r.undoHint() + " that"})
			return
		}
		r.show(&layer{screen: confirm.NewDelete(r.env, msg, r.inside(slices.Concat(msg.Rows, msg.Hidden)), r.keys.Undo.Help().Key)})
	}
}

func (r *root) grantExec(from models.Screen, msg models.ExecMsg) {
	switch t := r.tabOf(from); {
	case r.refuseReadOnly("no shell can be opened"):
	case t != nil && msg.Place != models.PlaceTab:
		r.split(t, from, msg)
	default:
		r.keep(terminal.New(r.env, msg))
	}
}

func (r *root) grantCommand(msg models.CommandMsg) {
	if !r.refuseReadOnly("no command can be run") {
		r.push(command.New(r.env, msg))
	}
}

func (r *root) grantEdit(msg models.EditMsg) {
	if !r.refuseReadOnly("nothing can be created") {
		r.push(editor.New(r.env, msg, r.opts.Rules))
	}
}
