package sim

// Observer sees every fact of a run in order. It must not keep the fact or what it points to.
type Observer interface {
	Observe(*Fact)
}

// Selective is an Observer that sees only the kinds of facts that it wants. The run then makes
// fewer calls.
type Selective interface {
	Observer
	Wants(FactKind) bool
}

// Handlers is a Selective with at most one function for each kind of fact. It wants the kinds that
// have a function. An observer embeds it and registers its functions with On.
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

// Handler returns the function for facts of a kind, or nil if there is none. A run calls the
// function directly, which is faster than Observe.
func (h *Handlers) Handler(k FactKind) func(*Fact) { return h.of[k] }

// HandlerOf returns the function that shows facts of a kind to an observer, or nil if the observer
// does not want them.
func HandlerOf(o Observer, kind FactKind) func(*Fact) {
	if h, ok := o.(interface{ Handler(FactKind) func(*Fact) }); ok {
		return h.Handler(kind)
	}
	if s, ok := o.(Selective); ok && !s.Wants(kind) {
		return nil
	}
	return o.Observe
}
