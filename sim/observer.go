package sim

// Observer sees every fact of a run in order. It must not keep the fact or what it points to.
type Observer interface {
	Observe(*Fact)
}

// Selective is an Observer that is shown only the kinds it wants, which spares the run the calls.
type Selective interface {
	Observer
	Wants(FactKind) bool
}

// Handlers is a Selective made of functions, at most one for each kind of fact: it wants the kinds
// that have one. An observer embeds it and names its kinds once, with On.
type Handlers struct{ of [FactKinds]func(*Fact) }

// On lets a function handle facts of some kinds.
func (h *Handlers) On(do func(*Fact), kinds ...FactKind) {
	for _, k := range kinds {
		h.of[k] = do
	}
}

// Wants implements Selective.
func (h *Handlers) Wants(k FactKind) bool { return h.of[k] != nil }

// Observe implements Observer. The fact must be of a kind that is wanted.
func (h *Handlers) Observe(f *Fact) { h.of[f.Kind](f) }

// Handler returns what handles facts of a kind, or nil if nothing does. A run that calls it
// spares itself the way through Observe.
func (h *Handlers) Handler(k FactKind) func(*Fact) { return h.of[k] }

// HandlerOf returns how an observer is shown facts of a kind, or nil if it does not want them.
func HandlerOf(o Observer, kind FactKind) func(*Fact) {
	if h, ok := o.(interface{ Handler(FactKind) func(*Fact) }); ok {
		return h.Handler(kind)
	}
	if s, ok := o.(Selective); ok && !s.Wants(kind) {
		return nil
	}
	return o.Observe
}
