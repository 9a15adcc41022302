package sim

// FactsByModel shows the facts of each model to the lever that decides for it, where that is an
// Observer. Facts of no model are shown to all of them. A lever that is made of others, each for
// some models, embeds it.
type FactsByModel struct {
	of  []Observer // per model; nil: its lever learns from nothing
	all []Observer // each once
}

// NewFactsByModel returns the facts for levers. Owner says which of them decides for each model.
func NewFactsByModel[L any](levers []L, owner []int) FactsByModel {
	f := FactsByModel{of: make([]Observer, len(owner))}
	for i, lever := range levers {
		o, ok := any(lever).(Observer)
		if !ok {
			continue
		}
		f.all = append(f.all, o)
		for m, its := range owner {
			if its == i {
				f.of[m] = o
			}
		}
	}
	return f
}

// Wants implements Selective.
func (f *FactsByModel) Wants(kind FactKind) bool {
	for _, o := range f.all {
		if wants(o, kind) {
			return true
		}
	}
	return false
}

// Observe implements Observer.
func (f *FactsByModel) Observe(fact *Fact) {
	if m := int(fact.Model); m >= 0 && m < len(f.of) {
		if o := f.of[m]; o != nil && wants(o, fact.Kind) {
			o.Observe(fact)
		}
		return
	}
	for _, o := range f.all {
		if wants(o, fact.Kind) {
			o.Observe(fact)
		}
	}
}

// wants reports whether an observer is to be shown facts of a kind.
func wants(o Observer, kind FactKind) bool {
	s, selective := o.(Selective)
	return !selective || s.Wants(kind)
}
