CREATE INDEX "link_hit_at_idx" ON "link_hit"("at");
