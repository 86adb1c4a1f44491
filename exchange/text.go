package exchange

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// sample is how much of a file decides its encoding.
const sample = 1 << 20

// decoded returns r as UTF-8 without a byte order mark, and the name of the
// encoding it had. GB 18030 includes GBK, which old ledgers use without saying so.
func decoded(r io.Reader) (*bufio.Reader, string, error) {
	b := bufio.NewReaderSize(r, sample)
	head, err := b.Peek(sample)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	if bytes.HasPrefix(head, byteOrderMark) {
		_, err := b.Discard(len(byteOrderMark))
		return strict(b), "UTF-8", err
	}
	if validStart(head) {
		return strict(b), "UTF-8", nil
	}
	if !looksLikeGBK(head) {
		return nil, "", ErrEncoding
	}
	return bufio.NewReaderSize(transform.NewReader(b, simplifiedchinese.GB18030.NewDecoder()), 64<<10), "GBK", nil
}

// validStart reports whether head is UTF-8, apart from a character that the end
// of the sample may have cut.
func validStart(head []byte) bool {
	for cut := range min(utf8.UTFMax, len(head)+1) {
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	return false
}

// looksLikeGBK decodes the sample and asks that nothing in it is impossible.
func looksLikeGBK(head []byte) bool {
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(head)
	if err != nil {
		return false
	}
	text = bytes.TrimSuffix(text, []byte("\uFFFD")) // cut by the end of the sample
	return !bytes.ContainsRune(text, utf8.RuneError)
}

// strict refuses bytes that are not UTF-8 anywhere in the file, not only in the
// sample: half a file in another encoding must not be stored as garbage.
func strict(r io.Reader) *bufio.Reader {
	return bufio.NewReaderSize(transform.NewReader(r, utf8Validator{}), 64<<10)
}

type utf8Validator struct{ transform.NopResetter }

func (utf8Validator) Transform(dst, src []byte, atEOF bool) (written, read int, err error) {
	n := min(len(dst), len(src))
	whole := n
	for whole > 0 && n-whole < utf8.UTFMax && !utf8.Valid(src[:whole]) {
		whole--
	}
	if !utf8.Valid(src[:whole]) || (whole == 0 && n >= utf8.UTFMax) || (atEOF && n == len(src) && whole < n) {
		return 0, 0, fmt.Errorf("bytes that are not UTF-8: %w", ErrEncoding)
	}
	copy(dst, src[:whole])
	switch {
	case whole < n:
		return whole, whole, transform.ErrShortSrc
	case n < len(src):
		return n, n, transform.ErrShortDst
	}
	return n, n, nil
}
