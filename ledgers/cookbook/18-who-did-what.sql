-- zh: 谁在什么时候做了什么？
-- en: Who did what, and when?
-- note zh: 操作人为自报;次序以日志序号为准,不以时钟为准。
-- note en: Names are as declared; the order is that of the journal, not of the clock.
SELECT j.seq, j."at", j.who, j.act, j.why, j.data, j.sha256
FROM journal_entry j
ORDER BY j.seq
