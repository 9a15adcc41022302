package sim

// FactsByModel shows the facts of each model to the lever that decides for that model, if the lever
// is an Observer. Facts without a model are shown to all the levers. A lever composed of levers for
// different models embeds it.
type FactsByModel struct{ Handlers }

// NewFactsByModel returns the FactsByModel of some levers. Owner holds, for each model, the index
// of the lever that decides for it.
func NewFactsByModel[L any](levers []L, owner []int) FactsByModel {
	var f FactsByModel
	for kind := range FactKinds {
		of := make([]func(*Fact), len(levers)) // nil: the lever does not want this kind
		var all []func(*Fact)
		for i, lever := range levers {
			if o, ok := any(lever).(Observer); ok {
				of[i] = HandlerOf(o, kind)
			}
			if of[i] != nil {
				all = append(all, of[i])
			}
		}
		if len(all) > 0 {
			f.On(func(fact *Fact) { show(fact, of, all, owner) }, kind)
		}
	}
	return f
}

// show shows a fact to the lever of its model, or to all if it has none.
func show(fact *Fact, of, all []func(*Fact), owner []int) {
	if m := int(fact.Model); m >= 0 && m < len(owner) {
		if observe := of[owner[m]]; observe != nil {
			observe(fact)
		}
		return
	}
	for _, observe := range all {
		observe(fact)
	}
}
