"""The recipe of the embedded model: from aligned text to an int8 CTranslate2 folder."""
