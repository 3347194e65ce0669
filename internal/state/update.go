package state

import (
	"errors"
	"io/fs"
)

// UpdateJSON reads a settings file into v, lets change it, and keeps it, while no
// other podium does the same. A missing file leaves v as it is; an error of
// change leaves the file as it is. name is one path element.
func (d *Dir) UpdateJSON(name string, v any, change func() error) error {
	lock, err := d.lock(name)
	if err != nil {
		return err
	}
	err = d.ReadJSON(name, v)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		err = change()
	}
	if err == nil {
		err = d.WriteJSON(name, v)
	}
	return errors.Join(err, lock.Unlock())
}
