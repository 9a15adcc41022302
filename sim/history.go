package sim

// WindowsKept is how many finished windows a run shows at most.
const WindowsKept = 1024

// History holds the finished windows that a run shows: the last WindowsKept. The run overwrites
// older windows with later ones.
type History struct {
	windows []*Window // in a ring, once it is full
	next    int       // place of the next window
}

// Add shows a new window. It returns the window that is then no longer shown, or nil.
func (h *History) Add(w *Window) (forgotten *Window) {
	if len(h.windows) < WindowsKept {
		h.windows = append(h.windows, w)
		return nil
	}
	forgotten = h.windows[h.next]
	h.windows[h.next] = w
	h.next = (h.next + 1) % WindowsKept
	return forgotten
}

// Back returns the window added i windows before the last one; Back(0) is the last one. It returns
// nil if there is no such window.
func (h *History) Back(i int) *Window {
	n := len(h.windows)
	if i < 0 || i >= n {
		return nil
	}
	return h.windows[(h.next+n-1-i)%n]
}
