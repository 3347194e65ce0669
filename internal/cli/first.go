package cli

import (
	"errors"
	"fmt"

	"podium/internal/contexts"
	"podium/models"
)

// first opens the context to begin with: the one that the flags ask for, else the
// one used last, else, where there is nothing to choose from, this machine. nil
// leaves the choice to the user; notices say why.
func (f *flags) first(book *contexts.Book, all *places) (opened *models.Opened, notices []models.NoticeMsg, err error) {
	if f.engine != "" || f.context != "" || f.server != "" {
		e, err := f.choose(book)
		if err != nil {
			return nil, nil, err
		}
		opened, err = all.open(e)
		return opened, nil, err
	}
	if err := f.check(); err != nil {
		return nil, nil, err
	}
	_, last, err := book.Memories()
	if err != nil {
		return nil, nil, err
	}
	switch last {
	case string(contexts.Host):
		opened, err = all.open(book.Host())
		return opened, nil, err
	case "":
		// What cannot be read is told where there is a choice.
		if found, problem := book.Find(); len(found) == 1 && problem == nil {
			opened, err = all.open(found[0])
			return opened, nil, err
		}
		return nil, nil, nil
	}
	e, err := book.Choose(contexts.Choice{Name: last})
	if err == nil {
		opened, err = all.open(e)
	}
	if err != nil {
		return nil, []models.NoticeMsg{{Level: models.LevelWarning, Text: unopened(last, err)}}, nil
	}
	return opened, nil, nil
}

// unopened says why the context used last is not open.
func unopened(last string, err error) string {
	if errors.Is(err, contexts.ErrNone) {
		return fmt.Sprintf("The context used last, %s, is not there any more", last)
	}
	return fmt.Sprintf("The context used last, %s, could not be opened: %v", last, err)
}
