package cli

import (
	"podium/internal/contexts"
	"podium/models"
)

// first opens the context to begin with: the one that the flags ask for, else the
// one used last, else, where there is nothing to choose from, this machine. nil
// leaves the choice to the user.
func (f *flags) first(book *contexts.Book, all *places) (*models.Opened, error) {
	if f.engine != "" || f.context != "" || f.server != "" {
		e, err := f.choose(book)
		if err != nil {
			return nil, err
		}
		return all.open(e)
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	e, err := book.Choose(contexts.Choice{Kind: contexts.Host})
	if err != nil {
		return nil, err
	}
	return all.open(e)
}
