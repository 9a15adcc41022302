// Package place holds the placers of allocators. They decide on which machines new replicas go,
// which machines are rented, and which replicas are removed. Placers differ only in their chooser,
// which says where one more replica goes. Each has its own file. To add one, copy firstfit.go. Then
// add a line to policies/registry/stages.go (Placers).
package place
