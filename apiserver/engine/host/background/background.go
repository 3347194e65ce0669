// Package background runs the host engine's server once for all the podium
// processes of a state folder, as tmux does: whoever needs it first starts it,
// detached, and it ends by itself when nobody does.
//
// It starts and finds servers, and holds what makes one the server of its
// folder. Serving itself is apiserver's part, which whoever calls Listen does.
package background
