package access

import (
	"slices"
	"strings"

	"quanxi/grid"
)

// Mask returns what is shown of an identity to those who may see that the person
// exists: 张*, 500***********1234, 138****2071.
func Mask(identity grid.Identity) grid.Identity {
	return grid.Identity{
		Name:     MaskName(identity.Name),
		IDNumber: maskMiddle(identity.IDNumber, 3, 4),
		Phone:    MaskPhone(identity.Phone),
	}
}

// of returns what is shown of an identity.
func (s Showing) of(identity grid.Identity) grid.Identity {
	switch s {
	case Open:
		return identity
	case Masked:
		return Mask(identity)
	}
	return grid.Identity{Name: maskMiddle(identity.Name, 0, 0)}
}

// MaskName keeps the family name: 张*, 欧阳**. A name of one character is hidden whole.
func MaskName(name string) string {
	keep := 1
	if runes := []rune(name); len(runes) > 2 && slices.Contains(compoundSurnames(), string(runes[:2])) {
		keep = 2
	}
	return maskMiddle(name, keep, 0)
}

// MaskPhone keeps the first three and the last four digits.
func MaskPhone(phone string) string { return maskMiddle(phone, 3, 4) }

// IsMask reports whether a text that somebody sends in is a mask, which must not
// overwrite what it hides (RULES B4).
func IsMask(text string) bool { return strings.ContainsAny(text, "*＊") }

// maskMiddle hides all but the given numbers of characters at both ends. What
// has nothing between them is hidden whole.
func maskMiddle(text string, head, tail int) string {
	runes := []rune(text)
	if len(runes) <= head+tail {
		return strings.Repeat("*", len(runes))
	}
	hidden := strings.Repeat("*", len(runes)-head-tail)
	return string(runes[:head]) + hidden + string(runes[len(runes)-tail:])
}

// compoundSurnames lists the family names 复姓 of two characters in common use.
func compoundSurnames() []string {
	return []string{"欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "长孙", "宇文",
		"司徒", "司空", "夏侯", "令狐", "端木", "闻人", "轩辕", "南宫", "百里", "东郭", "独孤", "申屠", "澹台", "淳于", "呼延", "赫连"}
}
