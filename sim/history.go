package sim

// WindowsKept is how many finished windows a run shows at most.
const WindowsKept = 1024

// History is the finished windows that a run shows: the last WindowsKept. Those before are used
// again for later ones.
type History struct {
	windows []*Window // in a ring, once it is full
	next    int       // place of the next window
}

// Add shows a further window. It returns the one that is no longer shown, or nil.
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

// Back returns the window that was shown i windows before the last one, which is 0; nil if there
// is none.
func (h *History) Back(i int) *Window {
	n := len(h.windows)
	if i < 0 || i >= n {
		return nil
	}
	return h.windows[(h.next+n-1-i)%n]
}
